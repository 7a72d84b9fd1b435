"""A listener in a process of its own, so that its memory can be measured.

Settings as JSON in the first argument. Prints its port; after that, for each line of input, a line of JSON with its
memory in bytes (now, and at most so far), its connections and the mails it took.
"""

import asyncio
import json
import resource
import sys

import structlog
import uvloop
from smtp_world import RecordingReception, listening


async def serve() -> None:
    reception = RecordingReception()
    reception.keep_content = False
    async with listening(reception, **json.loads(sys.argv[1])) as listener:
        print(listener.addresses[0].port, flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(memory() | {"connections": listener.connections, "mails": len(reception.accepted)}))
            sys.stdout.flush()


def memory() -> dict[str, int]:
    with open("/proc/self/status") as status:
        fields = dict(line.split(":", 1) for line in status)
    return {"now": int(fields["VmRSS"].split()[0]) * 1024, "peak": int(fields["VmHWM"].split()[0]) * 1024}


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    uvloop.run(serve())
