//! The five decoders, each for one member or frame. Every step reports how much it consumed and
//! produced even where it fails. The crates' own readers do not, and would lose what precedes a
//! fault.

use flate2::FlushDecompress;
use liblzma::stream::Action;
use zstd::stream::raw::{InBuffer, Operation as _, OutBuffer};

use super::detect::Compression;

/// Dictionary size that an xz file may ask for, in bytes; `xz -9` asks for 64 MiB.
const XZ_MEMORY: u64 = 256 << 20;

/// Window that a Zstandard frame may ask for, as a power of two: 2 GiB, as with `zstd --long=31`.
/// Only the filled part is used. On a 32-bit machine the library allows less.
const ZSTD_WINDOW: u32 = if cfg!(target_pointer_width = "64") { 31 } else { 27 };

/// A decoder of one member.
pub(super) trait Codec: Send {
    /// Decodes as far as input and output space allow.
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> CodecStep;
}

/// Result of one step.
#[derive(Debug)]
pub(super) struct CodecStep {
    pub(super) taken: usize,
    pub(super) put: usize,
    /// Whether the member has ended; or the fault that follows the bytes produced.
    pub(super) ended: Result<bool, String>,
}

impl CodecStep {
    /// Computes the step from a decoder's running totals before and after it.
    fn new(before: (u64, u64), after: (u64, u64), ended: Result<bool, String>) -> Self {
        let size = |bytes: u64| usize::try_from(bytes).expect("no more than the buffers hold");
        Self {
            taken: size(after.0 - before.0),
            put: size(after.1 - before.1),
            ended,
        }
    }
}

/// Creates a decoder.
pub(super) fn codec(compression: Compression) -> Box<dyn Codec> {
    match compression {
        Compression::Gzip => Box::new(flate2::Decompress::new_gzip(15)),
        Compression::Zlib => Box::new(flate2::Decompress::new(true)),
        Compression::Zstd => Box::new(Zstd::new()),
        Compression::Bzip2 => Box::new(bzip2::Decompress::new(false)),
        Compression::Xz => {
            let decoder = liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY, 0);
            Box::new(decoder.expect("only an empty memory fails here"))
        }
    }
}

impl Codec for flate2::Decompress {
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> CodecStep {
        let totals = |decoder: &Self| (decoder.total_in(), decoder.total_out());
        let before = totals(self);
        let status = self.decompress(input, output, FlushDecompress::None);
        let fault = |fault: flate2::DecompressError| match fault.message() {
            Some("incorrect data check" | "incorrect length check") => "its checksum is wrong".to_owned(),
            Some(message) => message.to_owned(),
            None => fault.to_string(),
        };
        let ended = status.map(|status| status == flate2::Status::StreamEnd);
        CodecStep::new(before, totals(self), ended.map_err(fault))
    }
}

impl Codec for bzip2::Decompress {
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> CodecStep {
        let totals = |decoder: &Self| (decoder.total_in(), decoder.total_out());
        let before = totals(self);
        let status = self.decompress(input, output);
        let ended = status.map(|status| status == bzip2::Status::StreamEnd);
        CodecStep::new(before, totals(self), ended.map_err(|fault| fault.to_string()))
    }
}

impl Codec for liblzma::stream::Stream {
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> CodecStep {
        let totals = |decoder: &Self| (decoder.total_in(), decoder.total_out());
        let before = totals(self);
        let status = self.process(input, output, Action::Run);
        let ended = status.map(|status| status == liblzma::stream::Status::StreamEnd);
        CodecStep::new(before, totals(self), ended.map_err(|fault| fault.to_string()))
    }
}

/// Zstandard decoder. The library reports no progress for a step that fails, so it is fed one block
/// at a time, as it asks for them. A faulty block then loses none of those before it.
struct Zstd {
    decoder: zstd::stream::raw::Decoder<'static>,
    /// Bytes the decoder asks for.
    wanted: usize,
    /// Whether the decoder may have more output than fitted.
    full: bool,
}

impl Zstd {
    fn new() -> Self {
        let mut decoder = zstd::stream::raw::Decoder::new().expect("only an empty memory fails here");
        let window = zstd::stream::raw::DParameter::WindowLogMax(ZSTD_WINDOW);
        decoder.set_parameter(window).expect("within the library's own bounds");
        Self {
            decoder,
            wanted: 1,
            full: false,
        }
    }
}

impl Codec for Zstd {
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> CodecStep {
        let fed = if self.full { 0 } else { input.len().min(self.wanted) };
        let (mut input, mut output) = (InBuffer::around(&input[..fed]), OutBuffer::around(output));
        let wanted = self.decoder.run(&mut input, &mut output);
        self.full = output.pos() == output.capacity();
        let ended = wanted.map(|wanted| {
            self.wanted = wanted.max(1);
            wanted == 0
        });
        CodecStep {
            taken: input.pos(),
            put: output.pos(),
            ended: ended.map_err(|fault| zstd_fault(&fault)),
        }
    }
}

/// Translates a fault of the library where its message does not say what to do.
fn zstd_fault(fault: &std::io::Error) -> String {
    let fault = fault.to_string();
    if fault.contains("too much memory") {
        format!(
            "it asks for a window of more than {} GiB: unpack it first with `zstd -d --ultra --long=31 --memory=...`, \
                 or pack it again with a smaller window",
            (1_u64 << ZSTD_WINDOW) >> 30
        )
    } else if fault.contains("not enough memory") {
        "there is not enough memory for the window it asks for: unpack it on a machine that has more, or pack it again \
         with a smaller window"
            .to_owned()
    } else {
        fault
    }
}
