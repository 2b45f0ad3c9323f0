# SPDX-License-Identifier: MIT
"""A load whose outcome is known: writers that note what close(2) confirmed.

    load.py write DIRECTORY CONFIRMED WRITERS    until it is told to stop by SIGTERM
    load.py drain DIRECTORY RECEIVED             until the queue is empty

Every message is a line of its own. A writer that meets an error goes on with the next
one: what it did not get confirmed may arrive or not, what it did must.
"""
import os
import signal
import sys
import threading
import time

ended = threading.Event()


def write(directory, confirmed, writers):
    out = open(confirmed, "a", buffering=1)
    run = "%d-%d" % (os.getpid(), time.time_ns())

    def writer(number):
        count = 0
        while not ended.is_set():
            count += 1
            line = "%s/%d/%d" % (run, number, count)
            try:
                with open("%s/w%d-%d" % (directory, number, count), "w") as f:
                    f.write(line)
                out.write(line + "\n")
            except OSError:
                ended.wait(0.01)

    threads = [threading.Thread(target=writer, args=(n,)) for n in range(int(writers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def drain(directory, received):
    with open(received, "a") as out:
        while True:
            try:
                fd = os.open(directory + "/next", os.O_RDONLY)
            except BlockingIOError:
                return
            out.write(os.read(fd, 1 << 20).decode() + "\n")
            os.close(fd)


signal.signal(signal.SIGTERM, lambda *_: ended.set())
if sys.argv[1] == "write":
    write(*sys.argv[2:])
else:
    drain(*sys.argv[2:])
