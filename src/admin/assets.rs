//! The files of `static/` inside the program, and the URLs that name them.
//!
//! `server` serves them, templates link to them through [`url()`]. A URL carries the version of the file's content, so that
//! browsers keep it for a year and still see a change at once.

/// A file of `static/`.
#[derive(Debug)]
pub struct Asset {
    /// Its path below `static/`, with slashes.
    pub path: &'static str,
    /// Changes whenever the content does.
    pub version: &'static str,
    /// The bytes.
    pub content: &'static [u8],
}

/// Every file, sorted by path.
static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The file at `path`, if there is one.
pub fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.binary_search_by(|asset| asset.path.cmp(path)).map_or(None, |index| ASSETS.get(index))
}

/// Where browsers get the file at `path`; a path that names no file is kept without a version (and answers 404).
pub fn url(path: &str) -> String {
    find(path).map_or_else(|| format!("/static/{path}"), |asset| format!("/static/{path}?v={}", asset.version))
}

impl Asset {
    /// Its media type, by the ending of its name.
    pub fn media_type(&self) -> &'static str {
        match self.path.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "svg" => "image/svg+xml",
            "png" => "image/png",
            "woff2" => "font/woff2",
            "txt" => "text/plain; charset=utf-8",
            _ => "application/octet-stream",
        }
    }
}
