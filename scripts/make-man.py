#!/usr/bin/env python3
"""Writes a program's man page from what its own --help knows.

usage: make-man.py SUMMARY_OF_PACKAGE PROGRAM >PROGRAM.1     PROGRAM: also an emulator and its words before it
"""
import json
import subprocess
import sys


def escape(text):
    lines = []
    for line in text.replace("\\", "\\e").replace("-", "\\-").split("\n"):
        lines.append("\\&" + line if line.startswith((".", "'")) else line)
    return "\n".join(lines)


def option_names(argument):
    names = [("-" if name["kind"] == "short" else "--") + name["name"] for name in argument.get("names", [])]
    value = argument.get("valueName", "value") if argument["kind"] != "flag" else ""
    return ", ".join(names) + (f" <{value}>" if value else "")


def synopsis(command, names):
    words = [" ".join(names)]
    for argument in shown(command):
        if argument["kind"] == "positional":
            word = f"<{argument['valueName']}>" + ("..." if argument["isRepeating"] else "")
        elif any(name["name"] in ("help", "version") for name in argument["names"]):
            continue
        else:
            word = option_names(argument).split(", ")[-1]
        words.append(f"[{word}]" if argument["isOptional"] else word)
    return " ".join(words)


def shown(command):
    return [argument for argument in command.get("arguments", []) if argument["shouldDisplay"]]


def describe(command, names, out):
    if len(names) > 1:
        out.append(f".SS {escape(synopsis(command, names))}")
        out.append(escape(command.get("abstract", "")))
    if discussion := command.get("discussion"):
        for number, paragraph in enumerate(discussion.split("\n\n")):
            out.append(".PP")
            # Examples are lines of their own.
            out.append(".nf\n" + escape(paragraph) + "\n.fi" if "\n  " in paragraph else escape(paragraph))
    for argument in shown(command):
        head = f"<{argument['valueName']}>" if argument["kind"] == "positional" else option_names(argument)
        body = argument.get("abstract", "")
        if default := argument.get("defaultValue"):
            body += f" (default: {default})"
        out.append(f".TP\n.B {escape(head)}\n{escape(body) or 'See above.'}")
    for child in command.get("subcommands", []):
        if child.get("shouldDisplay", True) and child["commandName"] != "help":
            describe(child, names + [child["commandName"]], out)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__.strip().split("\n")[-1])
    summary, *program = sys.argv[1:]
    command = json.loads(subprocess.run([*program, "--experimental-dump-help"], check=True, capture_output=True).stdout)[
        "command"
    ]
    name = command["commandName"]
    version = subprocess.run([*program, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    out = [f'.TH {name.upper()} 1 "" "edgeprof {version}" "User Commands"']
    out += [".SH NAME", f"{escape(name)} \\- {escape(summary)}", ".SH SYNOPSIS", escape(synopsis(command, [name]))]
    out += [".SH DESCRIPTION", escape(command.get("abstract", ""))]
    describe(command, [name], out)
    print("\n".join(out))


main()
