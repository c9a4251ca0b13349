#!/bin/sh
# Stands for GoogleTest's executable: leaves the report that $MACHINE/reports holds for its folder,
# and succeeds unless the report says that a case failed.
folder=${0%/*}
report=$MACHINE/reports/${folder##*/}.json
test -e "$report" || exit 139
cp "$report" "${1#--gtest_output=json:}"
! grep -q '"exit"' "$report"
