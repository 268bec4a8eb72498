"""The logs, from the project's own generator, in every form that a row of the table needs. What exists is used again."""

import gzip
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FILES = 16


class Data:
    """A folder of generated cases."""

    def __init__(self, folder: Path, records: int, generator: Path):
        self.folder = folder
        self.records = records
        self.generator = generator
        folder.mkdir(parents=True, exist_ok=True)

    def case(self, name: str) -> Path:
        """The case file of one form."""
        return self.folder / name / "case.toml"

    def logs(self, name: str) -> list[Path]:
        """The logs of one form, in order."""
        return sorted((self.folder / name / "logs").iterdir())

    def write_all(self):
        """Everything that the table needs."""
        self.generate("jsonl", self.records)
        self.generate("jsonl16", self.records, "--files", str(FILES))
        self.generate("csv", self.records, "--format", "csv")
        self.pack("gzip", ".gz", gzip_file)
        self.pack("zstd", ".zst", zstd_file)
        self.all_inside()

    def generate(self, name: str, records: int, *options: str):
        """One run of the generator, under another name until it is whole."""
        def write(folder: Path):
            size = ["--size", "bench", "--records", str(records)]
            subprocess.run([self.generator, *size, *options, "--out", folder], check=True, stdout=subprocess.DEVNULL)
        self._once(name, write)

    def incident(self):
        """The public incident's size."""
        def write(folder: Path):
            subprocess.run([self.generator, "--size", "incident", "--out", folder], check=True, stdout=subprocess.DEVNULL)
        self._once("incident", write)

    def pack(self, name: str, ending: str, pack_file):
        """The sixteen files, each packed as the usual tool packs them."""
        def write(folder: Path):
            (folder / "logs").mkdir(parents=True)
            self._lists("jsonl16", folder)
            shutil.copy(self.case("jsonl16"), folder)
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                jobs = [pool.submit(pack_file, log, folder / "logs" / (log.name + ending)) for log in self.logs("jsonl16")]
                for job in jobs:
                    job.result()
        self._once(name, write)

    def all_inside(self):
        """The one-file case, with a window that holds all ninety days."""
        def write(folder: Path):
            folder.mkdir()
            self._lists("jsonl", folder)
            case = self.case("jsonl").read_text()
            for old, new in (
                ("2026-01-16T00:00:00Z", "2025-12-01T00:00:00Z"),
                ("2026-01-21T00:00:00Z", "2026-03-09T00:00:00Z"),
                ('path = "logs"', 'path = "../jsonl/logs"'),
            ):
                assert case.count(old) == 1, f"the generator's case has changed: {old}"
                case = case.replace(old, new)
            (folder / "case.toml").write_text(case)
        self._once("all", write)

    def warm(self, name: str):
        """Reads every log once, so that what is measured is no disk. Before that it is put out of the page cache: what came there
        by writing lies there in small pages, and is read more slowly than what came by reading, which is how an export comes."""
        for log in filter(Path.is_file, (self.folder / name / "logs").rglob("*")):
            with log.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                while file.read(1 << 20):
                    pass

    def _lists(self, name: str, folder: Path):
        for file in ("agents.csv", "tenants.csv", "truth.json"):
            shutil.copy(self.folder / name / file, folder)

    def _once(self, name: str, write):
        folder, partial = self.folder / name, self.folder / f"{name}.partial"
        if folder.exists():
            return
        shutil.rmtree(partial, ignore_errors=True)
        write(partial)
        partial.rename(folder)


def gzip_file(log: Path, out: Path):
    """As `gzip` does by default."""
    with log.open("rb") as plain, gzip.open(out, "wb", compresslevel=6) as packed:
        shutil.copyfileobj(plain, packed, 1 << 20)


def zstd_file(log: Path, out: Path):
    """As `zstd` does by default."""
    subprocess.run(["zstd", "-q", "-3", log, "-o", out], check=True)
