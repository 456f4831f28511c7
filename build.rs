//! Puts the files of `static/` into the program: a table of path, content and a version that changes with the content.
//!
//! Read by `src/admin/assets.rs`. The version is a plain FNV-1a hash: it names a file's state in a URL and protects nothing.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=static");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("static");
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let mut table = String::from("&[\n");
    for file in &files {
        let content = fs::read(file)?;
        let name = file.strip_prefix(&root).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
        let row = format!(
            "    Asset {{ path: {name:?}, version: \"{:016x}\", content: include_bytes!({:?}) }},",
            fnv(&content),
            file.display().to_string()
        );
        writeln!(table, "{row}").map_err(io::Error::other)?;
    }
    table.push(']');
    fs::write(Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join("assets.rs"), table)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

fn fnv(content: &[u8]) -> u64 {
    content.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
