#!/bin/sh
# SPDX-License-Identifier: MIT
# What Python programs do when they write a file: each row is exactly its messages.
# semantics.md: "When a child or another process still holds the file, it is sent at the very last close, in the background, as one message."
# semantics.md: "Tools that touch a file after closing it, as `install`, `rsync` and `shutil.copy2` do, therefore succeed."
. "$(dirname "$0")/../lib/idioms.sh"
mount_sqsfs -o receipt=60
make_sources

# A shell for rows of Python: f, q and src are variables there.
cat >"$tmp/py" <<'END'
#!/bin/sh
exec python3 -c "import os, sys, subprocess, shutil, tempfile, pathlib, threading, time
f, q, src = (os.environ[n] for n in ('f', 'q', 'src'))
$2"
END
chmod +x "$tmp/py"
py=$tmp/py

sends hi "$py" 'open(f, "w").write("hi")'
sends hi "$py" 'o = open(f, "w"); o.write("hi"); o.close()'
sends hi "$py" 'with open(f, "w") as o: o.write("hi")'
sends hi "$py" 'with open(f, "a") as o: o.write("hi")'
sends hi "$py" 'with open(f, "x") as o: o.write("hi")'
sends hi "$py" 'with open(f, "w+") as o: o.write("hi"); o.seek(0); assert o.read() == "hi"'
sends hi "$py" 'with open(f, "wb", buffering=0) as o: o.write(b"h"); o.write(b"i")'
sends hello "$py" 'with open(f, "wb") as o: o.write(b"hexxo"); o.seek(2); o.write(b"ll")'
sends 'hi\n' "$py" 'print("hi", file=open(f, "w"))'
sends 'hi\n' "$py" 'print("hi", file=open(f, "w"), flush=True)'
sends hi "$py" 'pathlib.Path(f).write_text("hi")'
sends hi "$py" 'fd = os.open(f, os.O_WRONLY | os.O_CREAT); os.write(fd, b"hi"); os.close(fd)'
sends hi "$py" 'fd = os.open(f, os.O_WRONLY | os.O_CREAT); os.write(fd, b"hi")'
sends hi "$py" 'fd = os.open(f, os.O_WRONLY | os.O_CREAT | os.O_SYNC); os.write(fd, b"hi")'
sends hi "$py" 'o = open(f, "w"); o.write("hi"); o.flush(); os.fsync(o.fileno()); o.close()'
sends 'one two' "$py" 'o = open(f, "w")
for word in "one", "two": o.write(word); o.flush(); os.fsync(o.fileno())'
for copy in copy copy2 copyfile; do
	sends "@$src/binary" "$py" "shutil.$copy(src + '/binary', f)"
done
sends "@$src/binary" "$py" 'shutil.move(shutil.copy(src + "/binary", "moved"), f); assert not os.path.exists("moved")'
sends "@$src/binary" "$py" 'shutil.copyfileobj(open(src + "/binary", "rb"), open(f, "wb"))'
sends "@$src/text @$src/other" "$py" 'for n in "text", "other": shutil.copy(f"{src}/{n}", q)'
sends hi "$py" 'fd, t = tempfile.mkstemp(dir=q); os.write(fd, b"hi"); os.close(fd); os.rename(t, f)'
sends hi "$py" 'fd, t = tempfile.mkstemp(dir=q); os.write(fd, b"hi"); os.fsync(fd); os.close(fd); os.rename(t, f)'
sends hi "$py" 'fd, t = tempfile.mkstemp(dir=q, prefix="."); os.write(fd, b"hi"); os.close(fd); os.replace(t, f)'
sends hi "$py" 'fd, t = tempfile.mkstemp(dir=q, suffix=".tmp"); os.write(fd, b"hi"); os.fsync(fd); os.close(fd); os.rename(t, f)'
sends hi "$py" 't = tempfile.NamedTemporaryFile(dir=q, prefix=".", delete=False); t.write(b"hi"); t.close(); os.rename(t.name, f)'
sends 'child\n' "$py" 'subprocess.run(["echo", "child"], stdout=open(f, "w"), check=True)'
sends 'child\n' "$py" 'o = open(f, "w"); p = subprocess.Popen(["sh", "-c", "sleep 0.3; echo child"], stdout=o); o.close(); p.wait()'
sends 'child\n' "$py" 'o = open(f, "w"); subprocess.Popen(["sh", "-c", "sleep 0.3; echo child"], stdout=o); o.close()'
sends 'head\nchild\n' "$py" 'o = open(f, "w"); o.write("head\n"); o.flush()
p = subprocess.Popen(["sh", "-c", "sleep 0.3; echo child"], stdout=o); o.close(); p.wait()'
sends 'one\ntwo\n' "$py" 'o = open(f, "w")
for word in "one", "two": subprocess.run(["echo", word], stdout=o)'
sends daemon "$py" 'o = open(f, "w")
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
time.sleep(0.3); o.write("daemon"); o.close()'
sends parentchild "$py" 'o = os.open(f, os.O_WRONLY | os.O_CREAT); os.write(o, b"parent")
if os.fork(): os._exit(0)
time.sleep(0.3); os.write(o, b"child")'
sends thread "$py" 'o = open(f, "w"); o.write("thread"); t = threading.Thread(target=o.close); t.start(); t.join()'
sends dup "$py" 'o = os.open(f, os.O_WRONLY | os.O_CREAT); d = os.dup(o); os.write(o, b"d"); os.close(o); os.write(d, b"up"); os.close(d)'
sends sendfile "$py" 'open("s", "w").write("sendfile"); i = os.open("s", os.O_RDONLY); o = os.open(f, os.O_WRONLY | os.O_CREAT); os.sendfile(o, i, 0, 8)'
sends 'log\n' "$py" 'import logging; logging.basicConfig(filename=f, format="%(message)s"); logging.warning("log")'
sends 'a,b\r\n' "$py" 'import csv; csv.writer(open(f, "w", newline="")).writerow("ab")'
sends '{"a":1}' "$py" 'import json; json.dump({"a": 1}, open(f, "w"), separators=(",", ":"))'
sends hi "$py" 'pathlib.Path(f).write_bytes(b"hi")'
sends hi "$py" 'fd = os.open(f, os.O_WRONLY | os.O_CREAT); os.posix_fallocate(fd, 0, 2); os.write(fd, b"hi"); os.close(fd)'
sends hello "$py" 'fd = os.open(f, os.O_WRONLY | os.O_CREAT); os.pwrite(fd, b"llo", 2); os.pwrite(fd, b"he", 0); os.close(fd)'
sends one "$py" 'o = open(f, "w"); o.write("one, two"); o.truncate(3); o.close()'
sends 'child\n' "$py" 'import multiprocessing
o = open(f, "w")
p = multiprocessing.get_context("fork").Process(target=lambda: print("child", file=o, flush=True)); p.start(); p.join()'
sends hi "$py" 'with tempfile.NamedTemporaryFile("w", dir=q, delete=False) as t: t.write("hi")'
sends zipped "$py" 'import zipfile
with zipfile.ZipFile(f + ".tmp", "w") as z: z.writestr("a", "zipped")
text = zipfile.ZipFile(f + ".tmp").read("a").decode(); os.unlink(f + ".tmp"); open(f, "w").write(text)'
sends hi "$py" 'import gzip
with gzip.open(f + ".tmp", "wt") as z: z.write("hi")
text = gzip.open(f + ".tmp", "rt").read(); os.unlink(f + ".tmp"); open(f, "w").write(text)'
idiom 0 "@$src/text" 'g next' "$py" 'os.makedirs("pytree/g", exist_ok=True); shutil.copy(src + "/text", "pytree/g/"); shutil.copytree("pytree", q, dirs_exist_ok=True)'
idiom 1 hi next "$py" 'import mmap; o = open(f, "w+b"); o.write(b"hi"); o.flush(); mmap.mmap(o.fileno(), 2)'
idiom 0 '' 'f next' "$py" 'open(f, "w").close()'
idiom 0 '' 'f next' "$py" 'pathlib.Path(f).touch()'
idiom 0 '' next "$py" 'with tempfile.NamedTemporaryFile(dir=q, prefix="."): pass'
idiom 0 '' next "$py" 'with tempfile.NamedTemporaryFile(dir=q, suffix=".tmp") as t: t.write(b"never sent")'
idiom fails '' next "$py" 'os.link(src + "/text", f)'
idiom fails '' next "$py" 'open(q + "/next", "w")'
# A writer that ends with a status of its own has still written all that it meant to.
idiom 3 'done' next "$py" 'open(f, "w").write("done"); sys.exit(3)'
idiom 1 'part' next "$py" 'o = open(f, "w"); o.write("part"); raise Exception("an exception closes files in order")'
idioms_end
