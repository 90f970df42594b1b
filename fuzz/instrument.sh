#!/bin/sh
# Stands before rustc: gives our own crates LLVM's coverage counters, and leaves those of others as the ordinary build makes them.
# These are the flags of `cargo fuzz --sanitizer none`; stable Rust knows them all. Cargo does not see when they change: touch src/lib.rs then.
case "$CARGO_PKG_NAME/$CARGO_CRATE_NAME" in
elicence*/build_script_build) ;;
elicence/* | elicence-fuzz/*)
    set -- "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
        -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares \
        -Cllvm-args=-simplifycfg-branch-fold-threshold=0 --cfg fuzzing --check-cfg 'cfg(fuzzing)'
    ;;
esac
exec "$@"
