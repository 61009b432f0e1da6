# What every script of ours begins with: forked processes that never outlive the one that forked them.

import ctypes
import multiprocessing as mp
import os
import signal
import sys
import time


class Family:
    """Children die with their parent, whatever ends it, and at once when it is gone already."""

    PR_SET_PDEATHSIG = 1

    def before_fork(self):
        self.parent = os.getpid()

    def in_child(self):
        ctypes.CDLL(None).prctl(self.PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != self.parent:
            os._exit(1)


def found():
    mp.set_start_method("fork")
    family = Family()
    os.register_at_fork(before=family.before_fork, after_in_child=family.in_child)


