"""The sub-commands of `onenet`, a module each: parse arguments, call the stages, print, turn outcomes into exit codes.

Heavy imports happen inside the commands, so that `onenet --help` answers at once.
"""
