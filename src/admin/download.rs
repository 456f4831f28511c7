//! Files that are sent while they are written: constant memory, whatever their size.
//!
//! Called by handlers that export. The rows are read on the blocking pool and written into a pipe whose other end is the
//! answer; a browser that reads slowly holds the writing back, one that reads nothing for a minute ends it: for as long as a
//! file is written nobody else has its place. What was not written to its end is a broken answer, never a short file.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue};
use actix_web::web::Bytes;
use futures_util::stream::unfold;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::db::connection::Turn;
use crate::db::{AnyConnection, Db};
use crate::error::{AppError, Result};

/// Bytes sent at a time.
const CHUNK: usize = 64 * 1024;

/// A CSV file called `name`, written by `write` in one snapshot.
pub fn csv<F>(db: &Db, turn: Turn, name: &str, write: F) -> HttpResponse
where
    F: FnOnce(&mut AnyConnection, &mut Pipe) -> Result<()> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel::<Bytes>(2);
    let (db, here) = (db.clone(), Handle::current());
    let is_whole = Arc::new(AtomicBool::new(false));
    let done = Arc::clone(&is_whole);
    actix_web::rt::spawn(async move {
        let mut pipe = Pipe { sender, here, patience: db.options().reader_timeout, buffer: Vec::with_capacity(CHUNK) };
        let work = move |connection: &mut AnyConnection| {
            write(connection, &mut pipe)?;
            pipe.flush()?;
            done.store(true, Ordering::Release);
            Ok(())
        };
        if let Err(error) = db.read_long(turn, work).await {
            tracing::warn!(%error, "a download was not finished");
        }
    });
    let body = unfold(Some(receiver), move |receiver| {
        let is_whole = Arc::clone(&is_whole);
        async move {
            let mut receiver = receiver?;
            match receiver.recv().await {
                Some(chunk) => Some((Ok(chunk), Some(receiver))),
                // The browser must see a broken download, never a short file that looks whole.
                None => (!is_whole.load(Ordering::Acquire)).then(|| (Err(AppError::internal("the file was not finished")), None)),
            }
        }
    });
    HttpResponse::Ok().content_type("text/csv; charset=utf-8").insert_header(disposition(&format!("{name}.csv"))).streaming(Box::pin(body))
}

/// A file that is there as a whole.
pub fn file(name: &str, ending: &str, media_type: &str, content: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok().content_type(media_type).insert_header(disposition(&format!("{name}.{ending}"))).body(content)
}

/// The file's name, once in ASCII and once as it is (RFC 6266).
fn disposition(name: &str) -> ContentDisposition {
    let plain: String = name.chars().map(|letter| if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' }).collect();
    let exact = ExtendedValue { charset: Charset::Ext("UTF-8".into()), language_tag: None, value: name.as_bytes().to_vec() };
    ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(plain), DispositionParam::FilenameExt(exact)],
    }
}

/// Where a file is written to.
#[derive(Debug)]
pub struct Pipe {
    sender: mpsc::Sender<Bytes>,
    here: Handle,
    /// How long it may be left unread before it is given up.
    patience: Duration,
    buffer: Vec<u8>,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK));
        let sent = self.here.block_on(tokio::time::timeout(self.patience, self.sender.send(chunk.into())));
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(io::Error::new(io::ErrorKind::BrokenPipe, "the browser has left")),
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the browser has not read for too long")),
        }
    }
}
