import { readFileSync } from 'node:fs';

/** The command that installs a compiler, CMake and Google Highway, by a name in /etc/os-release. */
const linux: Readonly<Record<string, string>> = {
  debian: 'apt-get install cmake g++ make libhwy-dev',
  fedora: 'dnf install cmake gcc-c++ make highway-devel',
  alpine: 'apk add cmake g++ make highway-dev',
  arch: 'pacman -S cmake gcc make highway',
  suse: 'zypper install cmake gcc-c++ make highway-devel',
};

const others: Readonly<Record<string, readonly string[]>> = {
  darwin: ['xcode-select --install', 'brew install cmake highway'],
  freebsd: ['pkg install cmake highway'],
  win32: [
    'winget install Kitware.CMake',
    'winget install Microsoft.VisualStudio.2022.BuildTools (with "Desktop development with C++")',
    'set BATCHNORM_FETCH_HIGHWAY=1 (CMake then downloads Google Highway)',
  ],
};

/**
 * What a build of the addon needs besides npm packages, as the commands of this system, a line
 * each.
 *
 * @param osRelease The content of /etc/os-release on Linux.
 */
export function toolchain(
  platform: string = process.platform,
  osRelease: string = platform === 'linux' ? readOsRelease() : '',
): readonly string[] {
  const commands = platform === 'linux' ? linuxCommands(osRelease) : others[platform];
  return (
    commands ?? [
      'install CMake 3.20 or newer, a C++17 compiler, Make or Ninja, and Google Highway 1.0.3 or newer',
    ]
  );
}

function linuxCommands(osRelease: string): readonly string[] | undefined {
  // ID is the distribution's own name, ID_LIKE those it descends from: "rhel centos fedora".
  const names = [...osRelease.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap(([, value]) =>
    (value ?? '').split(/[\s-]+/),
  );
  const command = names.map((name) => linux[name]).find((found) => found !== undefined);
  return command === undefined ? undefined : [command];
}

function readOsRelease(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}
