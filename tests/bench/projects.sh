# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Recipes for `realcode`: what each project needs from apt and how its compile
# database comes to be. A recipe `build_NAME` runs in the unpacked source and
# must leave the database in the file `$DB`; it may be run again after a
# failure. Nothing here runs what it built, beyond what the build itself runs.
#
# A project is one line of a table: name, Debian source package, packages to
# install (build tools in $tools come on top).

# read by realcode
# shellcheck disable=SC2034
core_projects='
memcached  memcached   libevent-dev libssl-dev libsasl2-dev
libuv      libuv1
sqlite     sqlite3     tcl
redis      redis       libssl-dev
nginx      nginx       libpcre2-dev zlib1g-dev libssl-dev
curl       curl        libssl-dev zlib1g-dev libnghttp2-dev libpsl-dev
'
# shellcheck disable=SC2034
more_projects='
xz         xz-utils
libusb     libusb-1.0  libudev-dev
lmdb       lmdb
fuse       fuse3       meson
microhttpd libmicrohttpd
mosquitto  mosquitto   libssl-dev libcjson-dev
apr        apr         uuid-dev
unbound    unbound     libssl-dev libexpat1-dev libevent-dev flex bison
glib       glib2.0     meson libffi-dev libmount-dev libpcre2-dev zlib1g-dev
git        git         libssl-dev zlib1g-dev libcurl4-openssl-dev libexpat1-dev
'
# shellcheck disable=SC2034
tools='build-essential dpkg-dev bear cmake ninja-build pkg-config autoconf
automake libtool clang-19 python3'

# The commands of a make build, as they were really run. bear is started
# afresh, so an interrupted build must be cleaned first.
record()
{
	bear --output "$DB" -- "$@"
}

# only PATTERN: keeps the entries of the database whose object file matches.
only()
{
	python3 - "$DB" "$1" <<'END'
import json
import re
import sys

path, pattern = sys.argv[1:]
with open(path) as file:
    entries = json.load(file)
kept = []
for entry in entries:
    words = entry.get("arguments") or entry["command"].split()
    if "-o" not in words or re.search(pattern, words[words.index("-o") + 1]):
        kept.append(entry)
with open(path, "w") as file:
    json.dump(kept, file, indent=1)
END
}

# cmake writes its commands without building anything.
cmake_commands()
{
	cmake -G Ninja -S "$1" -B build-realcode \
		-DCMAKE_EXPORT_COMPILE_COMMANDS=ON "${@:2}"
	cp build-realcode/compile_commands.json "$DB"
}

build_memcached()
{
	./configure --enable-tls --enable-sasl
	make clean
	record make memcached testapp timedrun sizes
}

# Its cmake makes the library and its tests twice, shared and static; once will
# do here.
build_libuv()
{
	cmake_commands . -DBUILD_TESTING=ON
	only '/(uv|uv_run_tests)\.dir/'
}

# The amalgamation and the shell with the package's own compile options.
# The shell's unit includes nothing of the library, so the library comes first.
build_sqlite()
{
	local options
	options=$(sed -n '/^export CFLAGS/,/^$/p' debian/rules |
		grep -o -e '-DSQLITE_[A-Z0-9_=]*' | tr '\n' ' ')
	CFLAGS="-O2 -fno-strict-aliasing $options" ./configure \
		--enable-threadsafe --enable-load-extension --enable-json \
		--enable-fts4 --enable-fts5 --disable-tcl --disable-static
	make clean
	record make libsqlite3.la sqlite3
}

# Debian's patch tests a make variable in the preprocessor, where yes is 0 and
# so equals an undefined name; only 1 selects the bundled jemalloc. jemalloc
# compiles itself once more, only to list its symbols (.sym.o).
build_redis()
{
	make distclean
	record make BUILD_TLS=yes V=1 REDIS_CFLAGS=-DUSE_SYSTEM_JEMALLOC=1
	only '(?<!\.sym)\.o$'
}

build_nginx()
{
	./configure --with-threads --with-file-aio --with-http_ssl_module \
		--with-http_v2_module --with-http_realip_module \
		--with-http_gunzip_module --with-http_gzip_static_module \
		--with-http_slice_module --with-http_stub_status_module \
		--with-http_dav_module --with-mail --with-mail_ssl_module \
		--with-stream --with-stream_ssl_module
	record make
}

# One source of the command line tool is generated; ninja knows it by name.
build_curl()
{
	cmake_commands . -DBUILD_TESTING=OFF -DENABLE_THREADED_RESOLVER=ON
	ninja -C build-realcode src/tool_hugehelp.c
}

build_xz()
{
	cmake_commands . -DBUILD_SHARED_LIBS=OFF
}

build_libusb()
{
	[ -x configure ] || autoreconf -fi
	./configure --disable-static --disable-examples-build
	make clean
	record make CFLAGS=-O0
}

build_lmdb()
{
	cd libraries/liblmdb || return
	make clean
	record make CC=gcc
}

# meson writes its commands too; what is generated is built.
meson_commands()
{
	rm -rf build-realcode
	meson setup build-realcode "$@"
	cp build-realcode/compile_commands.json "$DB"
}

build_fuse()
{
	meson_commands -Dutils=false
}

build_glib()
{
	meson_commands -Dtests=false -Dselinux=disabled
	ninja -C build-realcode -t targets all |
		sed -n 's/^\([^ :]*\.[ch]\): CUSTOM_COMMAND$/\1/p' |
		xargs ninja -C build-realcode
}

build_microhttpd()
{
	[ -x configure ] || autoreconf -fi
	./configure --disable-static --disable-doc --disable-examples
	make clean
	record make CFLAGS=-O0
}

build_mosquitto()
{
	cmake_commands . -DDOCUMENTATION=OFF -DWITH_STATIC_LIBRARIES=OFF \
		-DWITH_LIB_CPP=OFF
}

build_apr()
{
	[ -x configure ] || ./buildconf
	./configure --disable-static
	make clean
	record make CFLAGS='-O0 -pthread'
}

build_unbound()
{
	./configure --with-libevent --with-pthreads --disable-static \
		CFLAGS=-O0
	make clean
	record make
}

build_git()
{
	make clean
	record make CFLAGS=-O0 NO_GETTEXT=1 NO_TCLTK=1 NO_PERL=1 NO_PYTHON=1
}
