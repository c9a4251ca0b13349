import { toolchain } from '../lib/toolchain';

test.each([
  ['Debian', 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n', 'apt-get install'],
  ['Ubuntu', 'ID=ubuntu\nID_LIKE=debian\n', 'apt-get install'],
  ['Fedora', 'ID=fedora\n', 'dnf install'],
  ['Rocky Linux', 'ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'dnf install'],
  ['Alpine', 'NAME="Alpine Linux"\nID=alpine\n', 'apk add'],
  ['Arch', 'ID=arch\n', 'pacman -S'],
  ['openSUSE', 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', 'zypper install'],
])('%s has a command of its own, with Highway', (_, osRelease, command) => {
  const [line, ...more] = toolchain('linux', osRelease);
  expect(line?.startsWith(command)).toBe(true);
  expect(line).toMatch(/hwy|highway/);
  expect(more).toEqual([]);
});

test.each([
  ['darwin', 'brew install'],
  ['freebsd', 'pkg install'],
  ['win32', 'winget install'],
])('so has %s', (platform, command) => {
  expect(toolchain(platform).join('\n')).toContain(command);
});

test.each([
  ['linux', 'ID=nixos\n'],
  ['linux', ''],
  ['aix', ''],
])('of %s with %j it says what to install', (platform, osRelease) => {
  expect(toolchain(platform, osRelease).join()).toContain('Google Highway');
});
