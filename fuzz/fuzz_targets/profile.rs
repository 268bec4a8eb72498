//! See `tenant_impact_fuzz::profile`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tenant_impact_fuzz::profile(bytes));
