#!/usr/bin/env bash
# Makes what is installed on a server, with all that it needs of .NET:
#   artifacts/package/chatfiles                          the program, and in "install" what an admin needs besides
#   artifacts/package/chatfiles-VERSION-RID.tar.gz       the same as one file
#
#   build/package.sh                for Linux on a machine like this one
#   build/package.sh linux-arm64    for another system (https://learn.microsoft.com/dotnet/core/rid-catalog)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rid=${1:-linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')}
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
package=artifacts/package
program=$package/chatfiles
archive=$package/chatfiles-$version-$rid.tar.gz

rm -rf "$program" "$archive"
# Built in a folder of its own: no build disturbs the other. What analyzers find, the normal build says.
dotnet publish ChatFiles.Web --configuration Release --runtime "$rid" --self-contained \
  --artifacts-path "$package/build" --output "$program" --nologo -v quiet \
  -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false -p:DebugType=embedded

cp LICENSE NOTICES.md "$program"
cp -r build/install "$program"
cp docs/operating.md docs/several-machines.md "$program/install"
# Nobody owns it but root once it is unpacked, whoever packs it here.
tar --create --owner=0 --group=0 --mode=u=rwX,go=rX --transform "s:^chatfiles:chatfiles-$version:" --directory "$package" chatfiles | gzip -1 >"$archive"
printf '%s, %s MB; the program: %s\n' "$archive" "$(($(stat -c %s "$archive") / 1000000))" "$program"
