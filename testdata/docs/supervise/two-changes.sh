#!/bin/sh -e
sleep 0.7
./rotate.sh secrets PASSWORD=the-first-one LEVEL=debug
sleep 0.7
./rotate.sh secrets PASSWORD=the-second-one LEVEL=debug
