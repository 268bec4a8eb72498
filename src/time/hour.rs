//! A cache for parsing times: consecutive times of a log are often in the same hour.

use super::{Fraction, Timestamp, two};

/// The hour of the time that was parsed last.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hour(Option<Known>);

#[derive(Debug, Clone, Copy)]
struct Known {
    /// Text of the hour: `2026-01-16T04:`.
    text: [u8; 14],
    /// Seconds from 1970 to the start of the hour, in UTC.
    start: i64,
}

impl Hour {
    /// Parses like [`Timestamp::usual`], in less time if the previous time was in the same hour.
    #[inline]
    pub fn usual(&mut self, text: &[u8]) -> Option<Timestamp> {
        self.again(text).or_else(|| self.anew(text))
    }

    #[inline]
    fn again(self, text: &[u8]) -> Option<Timestamp> {
        let known = self.0?;
        let (hour, rest) = text.split_first_chunk()?;
        let (&[n0, n1, b':', s0, s1], rest) = rest.split_first_chunk()? else {
            return None;
        };
        let (millis, digits) = match *rest {
            [b'Z'] => (0, 0),
            [b'.', a, b, c, b'Z'] => (two(b'0', a)? * 100 + two(b, c)?, 3),
            _ => return None,
        };
        let (minute, second) = (two(n0, n1)?, two(s0, s1)?);
        (*hour == known.text && minute < 60 && second < 60).then(|| Timestamp {
            seconds: known.start + minute * 60 + second,
            fraction: Fraction::new(u32::try_from(millis).expect("three digits") * 1_000_000, digits),
        })
    }

    #[cold]
    fn anew(&mut self, text: &[u8]) -> Option<Timestamp> {
        let time = Timestamp::usual(text)?;
        // Years begin with an hour, so if one time of an hour is writable, all are.
        if let (Some(hour), Some(b'Z')) = (text.first_chunk(), text.last()) {
            let start = time.hour() * 3600;
            self.0 = Some(Known { text: *hour, start });
        }
        Some(time)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Splits a time for comparison, because times compare without their precision.
    fn parts(time: Option<Timestamp>) -> Option<(i64, u32, u8)> {
        time.map(|time| (time.seconds, time.fraction.nanos(), time.digits()))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20 * ProptestConfig::default().cases))]

        #[test]
        fn an_hour_that_is_known_changes_nothing(texts in prop::collection::vec(
            "(2026-01-16|2025-12-3[12]|0000-01-01)[Tt](23|2[0-9]):[0-9]{2}:[0-9]{2}(|\\.[0-9]{1,4}|\\.12[a:])(Z|[+-]0[01]:30|)", 1..12,
        )) {
            let mut hour = Hour::default();
            for text in &texts {
                prop_assert_eq!(parts(hour.usual(text.as_bytes())), parts(Timestamp::usual(text.as_bytes())), "{}", text);
            }
        }
    }

    /// Checks that the comparison above is not vacuous.
    #[test]
    fn an_hour_is_known_again() {
        let mut hour = Hour::default();
        assert!(hour.usual(b"2026-01-16T04:46:33+01:00").is_some());
        assert_eq!(parts(hour.again(b"2026-01-16T04:46:33Z")), None);
        assert!(hour.usual(b"2026-01-16T04:46:33.300Z").is_some());
        assert_eq!(parts(hour.again(b"2026-01-16T04:00:01Z")), Some((1_768_536_001, 0, 0)));
        assert_eq!(
            parts(hour.again(b"2026-01-16T04:59:59.025Z")),
            Some((1_768_539_599, 25_000_000, 3))
        );
        for text in [
            &b"2026-01-16T05:00:00Z"[..],
            b"2026-01-16T04:60:00Z",
            b"2026-01-16T04:00:00",
            b"2026-01-16T04:00:60Z",
        ] {
            assert_eq!(parts(hour.again(text)), None);
        }
    }
}
