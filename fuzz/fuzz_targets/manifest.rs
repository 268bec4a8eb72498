//! See `tenant_impact_fuzz::manifest`. `new-bundle` writes the bundle.
#![no_main]

use std::path::Path;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    tenant_impact_fuzz::manifest(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/bundle")), bytes);
});
