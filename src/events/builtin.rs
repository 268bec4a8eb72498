//! The table of the profiles built in. Vendors are named here and in the files it lists, nowhere else.

macro_rules! profiles {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("profiles/", $name, ".toml")))),*]
    };
}

/// Their texts by name, in the order of the names.
pub(super) const BUILT_IN: [(&str, &str); 2] = profiles!["aws-cloudtrail", "superuser"];
