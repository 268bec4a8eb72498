//! Reading one source: opened once, read to its end, and compared with what it was before.

use std::io::{self, Seek as _};

use super::{
    Anywhere, Changed, Contents, Digested, Limits, Source, SourceError,
    account::Account,
    kind::{Archive, Kind},
    place::Place,
    stream::{Opened, Raw, Stream, drain},
    unpack::{Each, Unpacking},
    watch::{Fatal, Watch},
    zip::Watched,
};
use crate::progress::{Progress, Silent};

/// Reads a source once. `each` is given every text stream found in it, and must read it to its end.
pub fn read<T>(
    source: &Source,
    limits: &Limits,
    progress: &dyn Progress,
    mut each: impl FnMut(&mut Stream<'_>) -> io::Result<T>,
) -> Result<Contents<T>, SourceError> {
    read_anywhere(source, limits, progress, |stream, _| each(stream))
}

/// The same; where the stream is a plain file, with the means to read the rest of it anywhere.
pub(crate) fn read_anywhere<T>(
    source: &Source,
    limits: &Limits,
    progress: &dyn Progress,
    each: impl FnMut(&mut Stream<'_>, Option<&Anywhere<'_>>) -> io::Result<T>,
) -> Result<Contents<T>, SourceError> {
    let watch = Watch::new(limits);
    whole(source, &watch, progress, each).map_err(|error| watch.cause(&source.shown, error))
}

fn whole<T>(
    source: &Source,
    watch: &Watch<'_>,
    progress: &dyn Progress,
    each: impl Each<T>,
) -> io::Result<Contents<T>> {
    let refused = |fault| watch.fail(Fatal::Io(fault));
    let opened = Opened::new(source).map_err(refused)?;
    let account = Account::new(watch, progress);
    let anywhere = opened.anywhere(&account);
    let mut unpacking = Unpacking::new(watch, anywhere.as_ref(), source.text.encoding, each);
    let place = Place {
        shown: source.shown.clone(),
        containers: Vec::new(),
        named: source.named,
    };
    let large = opened.length.is_some_and(|length| length > watch.limits.held);
    let file = if large && matches!(opened.kind().map_err(refused)?, Kind::Archive(Archive::Zip)) {
        large_zip(&place, &opened, &mut unpacking, progress)?
    } else {
        let mut raw = Raw::new(opened.reader(), &account);
        unpacking.unpack(&place, &mut raw)?;
        // What nobody asked for, behind a break, so that the digest is of all of it.
        drain(&mut raw)?;
        account.digested()
    };
    let now = opened.length_now().map_err(refused)?;
    let differs = |&(before, after): &(u64, u64)| before != after || after != file.bytes;
    let changed = opened.length.zip(now).filter(differs).map(|(before, after)| Changed {
        shown: source.shown.clone(),
        before,
        after,
        read: file.bytes,
    });
    Ok(unpacking.close(file, changed))
}

/// A zip that is not held in memory is read where it lies; its bytes must be the same before and after.
fn large_zip<T, F: Each<T>>(
    place: &Place,
    opened: &Opened,
    unpacking: &mut Unpacking<'_, T, F>,
    progress: &dyn Progress,
) -> io::Result<Digested> {
    let watch = unpacking.watch;
    let mut file = opened.file.as_ref().expect("only a file has a length");
    let before = digested(opened, watch, progress)?;
    unpacking.zip(place, Watched(file, watch))?;
    file.rewind().map_err(|fault| watch.fail(Fatal::Io(fault)))?;
    let after = digested(opened, watch, &Silent)?;
    if before != after {
        return Err(watch.fail(Fatal::Changed));
    }
    Ok(before)
}

/// Of all that follows.
fn digested(opened: &Opened, watch: &Watch<'_>, progress: &dyn Progress) -> io::Result<Digested> {
    let account = Account::new(watch, progress);
    drain(&mut Raw::new(opened.reader(), &account))?;
    Ok(account.digested())
}
