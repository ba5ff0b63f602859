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
pigz       pigz        zlib1g-dev
xz         xz-utils
zstd       zstd
libusb     libusb-1.0  libudev-dev
mosquitto  mosquitto   libssl-dev libcjson-dev
apr        apr         uuid-dev
unbound    unbound     libssl-dev libexpat1-dev libevent-dev flex bison
haproxy    haproxy     libssl-dev libpcre2-dev zlib1g-dev
git        git         libssl-dev zlib1g-dev libcurl4-openssl-dev libexpat1-dev
python     python3.11  libssl-dev zlib1g-dev libffi-dev libexpat1-dev
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
	python3 - "$DB" <<'END'
import json
import sys

path = sys.argv[1]
with open(path) as file:
    entries = json.load(file)
once = [e for e in entries if "/uv.dir/" in e["command"]
        or "/uv_run_tests.dir/" in e["command"]]
with open(path, "w") as file:
    json.dump(once, file, indent=1)
END
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
# so equals an undefined name; only 1 selects the bundled jemalloc.
build_redis()
{
	make distclean
	record make BUILD_TLS=yes V=1 REDIS_CFLAGS=-DUSE_SYSTEM_JEMALLOC=1
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

build_pigz()
{
	make clean
	record make
}

build_xz()
{
	cmake_commands . -DBUILD_SHARED_LIBS=OFF
}

build_zstd()
{
	cmake_commands build/cmake -DZSTD_MULTITHREAD_SUPPORT=ON \
		-DZSTD_BUILD_SHARED=OFF
}

build_libusb()
{
	[ -x configure ] || autoreconf -fi
	./configure --disable-static --disable-examples-build
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
	./configure
	make clean
	record make CFLAGS='-O0 -pthread'
}

build_unbound()
{
	./configure --with-libevent --with-pthreads CFLAGS=-O0
	make clean
	record make
}

build_haproxy()
{
	make clean
	record make TARGET=linux-glibc USE_OPENSSL=1 USE_PCRE2=1 USE_ZLIB=1 \
		USE_THREAD=1 OPT_CFLAGS=-O0
}

build_git()
{
	make clean
	record make CFLAGS=-O0 NO_GETTEXT=1 NO_TCLTK=1 NO_PERL=1 NO_PYTHON=1
}

build_python()
{
	./configure CFLAGS=-O0
	make clean
	record make
}
