#!/bin/sh
# Stands for GoogleTest's executable: leaves the report that $MACHINE/reports holds for its folder,
# or for a later shard of it; succeeds unless the report says that a case failed, and crashes where
# it says so or where there is none for the first shard.
folder=${0%/*}
report=$MACHINE/reports/${folder##*/}
output=${1#--gtest_output=json:}
test "$GTEST_TOTAL_SHARDS" = 2 || exit 1
if test "$GTEST_SHARD_INDEX" = 0; then
  report=$report.json
else
  report=$report-$GTEST_SHARD_INDEX.json
  test -e "$report" || echo '{ "testsuites": [] }' > "$output"
  test -e "$report" || exit 0
fi
test -e "$report" || exit 139
! grep -q '"crash"' "$report" || exit 139
cp "$report" "$output"
! grep -q '"exit"' "$report"
