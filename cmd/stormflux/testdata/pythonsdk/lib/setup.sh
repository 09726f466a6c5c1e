set -e
echo printed by the setup
mkdir once # a second run fails
echo 'ready = True' >made.py
