"""The process in which the packaged model runs: one request a line on standard input, one answer a line back.

A process of its own, because native code that hangs or crashes must not take the server with it, and because a process
can be ended when time is up. Run as ``python -m coachkit.models.local_worker WEIGHTS``.
"""

from __future__ import annotations

import json
import os
import sys
from typing import IO, Any

__all__ = ["main"]

CONTEXT_TOKENS = 1536
THREADS = 1
"""On a busy machine a second thread waits for the first: measured 1.9 s with one, 5.7 s with two, on two busy cores.
Several sentences at once, and guessing ahead by n-grams, took as much or more."""
NICE = 5
"""Behind the server that started it: a page never waits for a sentence."""


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.nice(NICE)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)  # the library prints to both; only answers may reach the parent
    os.dup2(silence, 2)
    server = _load(sys.argv[1])
    answers.write(json.dumps({"ready": True}) + "\n")
    _serve(server, sys.stdin, answers)


def _load(weights: str) -> Any:
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = weights
    parameters.n_ctx = CONTEXT_TOKENS
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = THREADS
    parameters.cpuparams_batch.n_threads = THREADS
    parameters.warmup = False
    parameters.verbosity = 0
    return xllamacpp.Server(parameters)


def _serve(server: Any, requests: IO[str], answers: IO[str]) -> None:
    for line in requests:
        asked = json.loads(line)
        try:
            answer = server.handle_chat_completions(
                {
                    "messages": asked["messages"],
                    "max_tokens": asked["max_tokens"],
                    "temperature": asked["temperature"],
                    "seed": 7,
                    "stop": ["\n"],
                    "cache_prompt": True,
                }
            )
            usage = answer.get("usage") or {}
            said = {
                "number": asked["number"],
                "text": answer["choices"][0]["message"]["content"],
                "tokens_in": usage.get("prompt_tokens", 0),
                "tokens_out": usage.get("completion_tokens", 0),
            }
            answers.write(json.dumps(said) + "\n")
        except Exception as error:  # whatever the native library raises is one refused request
            answers.write(json.dumps({"number": asked["number"], "error": type(error).__name__}) + "\n")


if __name__ == "__main__":
    main()
