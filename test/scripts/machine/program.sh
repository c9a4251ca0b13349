#!/bin/sh
# Every program of a made-up machine: acts by the name that it is called by, writes the call to
# $MACHINE/calls, and is there where $MACHINE/installed holds its Debian package.
name=${0##*/}

installed() { test -e "$MACHINE/installed/$1"; }

case $name in
  aarch64-linux-gnu-g++) installed g++-aarch64-linux-gnu ;;
  c++) installed g++ ;;
  clang | clang++) installed clang ;;
  ninja) installed ninja-build ;;
  readelf) installed binutils ;;
  qemu-aarch64) installed qemu-user ;;
  chromium | cmake | clang-format) installed "$name" ;;
esac || exit 127

case $name:$1 in
  *:--version) exit ;;
  dpkg:--print-architecture)
    echo amd64
    exit
    ;;
  python3:-c)
    case $2 in
      *safetensors*) installed python3-safetensors ;;
      *) installed python3-torch && cat "$MACHINE/torch" ;;
    esac
    exit
    ;;
  sudo:*)
    installed sudo || exit 1
    shift
    exec "$@"
    ;;
  c++:-E)
    case $(cat) in
      *hwy/*) installed libhwy-dev ;;
      *gtest/*) installed libgtest-dev ;;
      *dnnl*) installed libdnnl-dev ;;
      *nlohmann/*) installed nlohmann-json3-dev ;;
    esac
    exit
    ;;
  clang:-print-file-name=*)
    file=${1#*=}
    installed libclang-rt-dev && file=/usr/lib/$file
    echo "$file"
    exit
    ;;
esac

echo "$name $*" >> "$MACHINE/calls"

case $name:$1 in
  apt-get:-o) case "$*" in *' download '*) : > package.deb ;; esac ;;
  apt-get:install)
    for package; do
      case $package in
        -* | install) ;;
        *) : > "$MACHINE/installed/$package" ;;
      esac
    done
    ;;
  npm:ci)
    rm -rf node_modules
    cp -r "$MACHINE/packages" node_modules
    ;;
  npm:test) exec node scripts/test.mjs ;;
  npm:run)
    script=${2%%:*}
    [ "$script" = "$2" ] || script=$script-${2#*:}
    exec node "scripts/$script.mjs"
    ;;
  cmake:-S)
    echo "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" > "$4/CMakeCache.txt"
    : > "$4/build.ninja"
    ;;
  dpkg:-x) mkdir -p "$3/usr" ;;
  qemu-aarch64:-L)
    shift 2
    exec "$@"
    ;;
  cmake:--build) cp "$MACHINE/batchnorm_tests" "$2" ;;
  python3:-m)
    test "$2" = venv || exit 0
    mkdir -p "$3/bin"
    ln -s "$MACHINE/bin/python3" "$3/bin/python"
    ;;
  clang-format:*) ! test -e "$MACHINE/badly-formatted" ;;
esac
