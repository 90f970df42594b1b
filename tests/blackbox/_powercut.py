"""Reads a log of `strace -f -y` and says what a power cut would leave of a folder: only what was synced."""

import re
import shutil
from pathlib import Path

SYSCALLS = "openat,creat,write,pwrite64,writev,pwritev,ftruncate,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,sendto,sendmsg"

LINE = re.compile(r"^(?P<pid>\d+) +(?:<\.\.\. (?P<resumed>\w+) resumed>|(?P<call>\w+)\()(?P<rest>.*)$")
PATH = re.compile(r"^(?:-?\d+|AT_FDCWD)<(?P<path>[^>]*)>")


class Event:
    """One finished system call: name, path of its first descriptor, further arguments as text, result, numbers of the lines it began and ended in."""

    def __init__(self, call, arguments, result, began, ended):
        self.call, self.arguments, self.result, self.began, self.ended = call, arguments, result, began, ended
        match = PATH.match(arguments)
        self.path = match["path"] if match else None

    def __repr__(self):
        return f"{self.call}({self.arguments[:160]}) = {self.result}"


def events(log):
    """All calls of the log in the order in which they ended; one that never ended is left out, as is one that its process did not survive
    (strace says `= ?`): nobody was told that it was done."""
    started = {}
    for number, line in enumerate(Path(log).read_text(errors="replace").splitlines()):
        match = LINE.match(line)
        if not match:
            continue
        rest = match["rest"]
        if match["call"] and rest.endswith("<unfinished ...>"):
            started[match["pid"]] = (match["call"], rest.removesuffix("<unfinished ...>").rstrip(), number)
            continue
        call, began = match["call"], number
        if match["resumed"]:
            call, head, began = started.pop(match["pid"], (match["resumed"], "", number))
            rest = head + rest
        arguments, equals, result = rest.rpartition(" = ")
        if equals and not result.startswith("?"):
            yield Event(call, arguments.rstrip().removesuffix(")"), result, began, number)


def _strings(arguments):
    return re.findall(r'"((?:[^"\\]|\\.)*)"', arguments)


def names(event):
    """The absolute paths that a rename, link, unlink or mkdir names, oldest first."""
    folders = re.findall(r"(?:AT_FDCWD|\d+)<([^>]*)>", event.arguments)
    found = []
    for index, name in enumerate(_strings(event.arguments)):
        folder = folders[min(index, len(folders) - 1)] if folders else "/"
        found.append(str(Path(folder) / name))
    return found


def _failed(event):
    return event.result.startswith("-1 ")


class Disk:
    """What of a folder would survive. Files that existed before the log count as durable with the size they had."""

    def __init__(self, folder):
        self.folder = str(Path(folder).resolve())
        self.sizes = {str(path): path.stat().st_size for path in Path(self.folder).rglob("*") if path.is_file()}
        self.dirty = {}  # path: [(start, end, line it ended in)] not yet synced
        self.cursors = {}  # path: where the next plain write goes
        self.unsynced_names = {}  # path: line in which its name was made
        self.made_from = {}  # path: the name it had before an unsynced rename, if that was durable

    def _mine(self, path):
        return path is not None and (path + "/").startswith(self.folder + "/")

    def _write(self, event, start, length):
        self.dirty.setdefault(event.path, []).append((start, start + length, event.ended))

    def play(self, event):
        """Takes one event into account."""
        if _failed(event):
            return
        path = event.path
        if event.call in ("openat", "creat"):
            made = re.search(r"<([^>]*)>", event.result)
            if made and self._mine(made[1]):
                self.cursors[made[1]] = 0
                if "O_CREAT" in event.arguments and made[1] not in self.sizes and made[1] not in self.unsynced_names:
                    self.unsynced_names[made[1]] = event.ended
                    self.sizes[made[1]] = 0
                if "O_TRUNC" in event.arguments:
                    self.sizes[made[1]] = 0
        elif event.call in ("write", "writev") and self._mine(path):
            length = int(event.result.split()[0])
            start = self.cursors.get(path, 0)
            self._write(event, start, length)
            self.cursors[path] = start + length
        elif event.call in ("pwrite64", "pwritev") and self._mine(path):
            start = int(event.arguments.rsplit(", ", 1)[1])
            self._write(event, start, int(event.result.split()[0]))
        elif event.call in ("fsync", "fdatasync") and self._mine(path):
            self._sync(event)
        elif event.call in ("rename", "renameat", "renameat2", "link", "linkat"):
            self._rename(*names(event)[:2], event)
        elif event.call in ("mkdir", "mkdirat"):
            (made,) = names(event)[:1]
            if self._mine(made):
                self.unsynced_names[made] = event.ended
        elif event.call in ("unlink", "unlinkat"):
            (gone,) = names(event)[:1]
            for table in (self.sizes, self.dirty, self.cursors, self.unsynced_names, self.made_from):
                table.pop(gone, None)

    def _sync(self, event):
        path = event.path
        covered = [part for part in self.dirty.get(path, []) if part[2] < event.began]
        self.dirty[path] = [part for part in self.dirty.get(path, []) if part not in covered]
        if covered:
            self.sizes[path] = max([self.sizes.get(path, 0)] + [end for _, end, _ in covered])
        for name, line in list(self.unsynced_names.items()):
            if str(Path(name).parent) == path and line < event.began:
                del self.unsynced_names[name]
                self.made_from.pop(name, None)

    def _rename(self, old, new, event):
        if not self._mine(new):
            return
        for table in (self.sizes, self.dirty, self.cursors):
            if old in table:
                table[new] = table.pop(old)
        self.unsynced_names.pop(old, None)
        self.unsynced_names[new] = event.ended

    def lost_names(self):
        """Names that a power cut would take away."""
        return sorted(self.unsynced_names)

    def cut(self, copy):
        """Cuts `copy`, a copy of the folder, back to what was synced: names removed, bytes zeroed, tails cut off. Returns what was lost."""
        lost = []
        for path, parts in self.dirty.items():
            mirror = Path(copy) / Path(path).relative_to(self.folder)
            # SQLite's -shm is rebuilt from the -wal; it is never synced by design.
            if not parts or path.endswith("-shm") or not mirror.is_file():
                continue
            with open(mirror, "r+b") as file:
                for start, end, _ in parts:
                    file.seek(start)
                    file.write(bytes(end - start))
                file.truncate(self.sizes.get(path, 0))
            lost.append(f"{sum(end - start for start, end, _ in parts)} bytes of {path}")
        for path in self.lost_names():
            mirror = Path(copy) / Path(path).relative_to(self.folder)
            if mirror.is_dir():
                shutil.rmtree(mirror)
            else:
                mirror.unlink(missing_ok=True)
            lost.append(f"the name {path}")
        for index in Path(copy).rglob("*-shm"):
            index.unlink()
        return lost
