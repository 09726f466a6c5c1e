"""Bolts that emit what they get: pass.py stormflux, pass.py pystorm, or pass.py storm.py."""
import sys

if sys.argv[1] == "stormflux":
    from stormflux import Bolt

    class Pass(Bolt):
        def process(self, tup):
            self.emit(tup.values)

elif sys.argv[1] == "pystorm":
    from pystorm import Bolt

    class Pass(Bolt):
        def process(self, tup):
            self.emit(tup.values)

else:
    import storm

    class Pass(storm.BasicBolt):
        def process(self, tup):
            storm.emit(tup.values)


if __name__ == "__main__":
    Pass().run()
