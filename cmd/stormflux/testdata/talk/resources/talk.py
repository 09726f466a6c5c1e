"""A spout that emits numbers, and a bolt that logs them and writes to its standard error. It speaks Storm's protocol alone."""
import json
import os
import sys
import time


def read():
    lines = []
    for line in iter(sys.stdin.readline, ""):
        if line == "end\n":
            return json.loads("".join(lines))
        lines.append(line)
    sys.exit(0)


def send(message):
    sys.stdout.write(json.dumps(message) + "\nend\n")
    sys.stdout.flush()


open(os.path.join(read()["pidDir"], str(os.getpid())), "w").close()
send({"pid": os.getpid()})
number = 0
while True:
    message = read()
    if sys.argv[1] == "say":
        if message["command"] == "next":
            number += 1
            send({"command": "emit", "tuple": [number], "need_task_ids": False})
            time.sleep(0.05)
        send({"command": "sync"})
    elif message.get("stream") == "__heartbeat":
        send({"command": "sync"})
    else:
        send({"command": "log", "msg": "heard <%d> é" % message["tuple"][0], "level": 3})
        sys.stderr.buffer.write("noise é\n".encode())
        sys.stderr.flush()
        send({"command": "ack", "id": message["id"]})
