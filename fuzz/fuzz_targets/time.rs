//! See `tenant_impact_fuzz::time`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tenant_impact_fuzz::time(bytes));
