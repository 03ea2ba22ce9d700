"""Compares tables with reladiff. Reads one JSON request from standard input, writes one JSON line per table."""

import json
import logging
import resource
import sys
import time

from reladiff import connect_to_table, diff_tables

logging.disable(logging.CRITICAL)
request = json.load(sys.stdin)
options = request["options"]

for table in request["tables"]:
    answer = {"name": table["name"]}
    started = time.perf_counter()
    sides = []
    try:
        for url in (request["old"], request["new"]):
            sides.append(connect_to_table(url, table["name"], "id", extra_columns=tuple(table["columns"])))
        with diff_tables(*sides, **options) as diff:
            rows = list(diff)
        answer["outcome"] = "different" if rows else "equal"
        answer["differences"] = len(rows)
    except Exception as error:  # What it refuses is an answer too.
        answer["outcome"] = "refused"
        answer["reason"] = f"{type(error).__name__}: {error}"[:200]
    finally:
        # Connections are kept for the next table, one in a failed transaction too.
        for side in sides:
            side.database.close()
    answer["seconds"] = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    answer["memory"] = used.ru_maxrss * 1024
    answer["processor"] = used.ru_utime + used.ru_stime
    print(json.dumps(answer), flush=True)
