//! A form with a file in it, read as it arrives: fields into memory, the file onto the disk, neither more than is allowed.
//!
//! Called by the pages that take pastes and files. The token stands before everything else and is compared before anything is
//! kept; of a form that is refused for it the fields are put aside, for its author. The file has no name on the disk: it is gone when it has been read, or the process is. A form without a file may come
//! as forms usually do.

use std::fs::File;
use std::io::{Seek, Write};
use std::time::Duration;

use actix_multipart::{Field, Multipart};
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt as _;
use futures_util::future::ready;
use futures_util::stream::once;

use crate::accounts::{Posted, csrf, posted, unsent};
use crate::config::Config;
use crate::error::{AppError, Result};

/// The most bytes of all fields together that are no file.
const TEXT: usize = 8_000_000;
/// The most fields beside the token, as in other forms.
const FIELDS: usize = 1_000;
/// How long the next piece may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a form sent.
#[derive(Debug, Default)]
pub struct Received {
    /// Its fields, without the token.
    pub posted: Posted,
    /// The file, and the name that it had.
    pub file: Option<(String, File)>,
}

/// Reads a form.
///
/// # Errors
/// `Forbidden` without its token, `TooLarge`, `BadRequest` for what breaks off or is no form.
pub async fn receive(request: &HttpRequest, payload: &mut Payload, config: &Config) -> Result<Received, actix_web::Error> {
    if !posted::is_multipart(request.headers()) {
        return Ok(Received { posted: Posted::from_request(request, payload).await?, file: None });
    }
    let mut parts = Multipart::new(request.headers(), payload.take());
    let (mut pairs, mut file, mut token, mut left) = (Vec::new(), None, None, TEXT);
    while let Some(part) = next(parts.next()).await? {
        let name = part.name().unwrap_or_default().to_owned();
        if name != csrf::FIELD {
            token.get_or_insert_with(|| posted::check_token(request, None));
        }
        if let Some(named) = file_name(&part) {
            // Also where the file is called as the token is.
            token.unwrap_or_else(|| posted::check_token(request, None))?;
            token = Some(Ok(()));
            file = Some((text(&named), keep(part, config.upload_limit).await?)).filter(|(name, _)| !name.is_empty());
            continue;
        }
        let value = read(part, &mut left).await?;
        if name == csrf::FIELD {
            token = Some(posted::check_token(request, Some(&value)));
        }
        push(&mut pairs, (name, value))?;
    }
    if let Err(refusal) = token.unwrap_or_else(|| posted::check_token(request, None)) {
        unsent::put_aside(request, &pairs);
        return Err(refusal.into());
    }
    pairs.retain(|(name, _)| name != csrf::FIELD);
    Ok(Received { posted: Posted { pairs }, file })
}

/// The fields of a form whose body is there already; `None` where it has a file, or cannot be read.
pub async fn fields(request: &HttpRequest, body: Bytes) -> Option<Vec<(String, String)>> {
    let mut parts = Multipart::new(request.headers(), once(ready(Ok::<_, PayloadError>(body))));
    let (mut pairs, mut left) = (Vec::new(), TEXT);
    while let Some(part) = next(parts.next()).await.ok()? {
        if file_name(&part).is_some_and(|name| !name.is_empty()) {
            return None;
        }
        let name = part.name().unwrap_or_default().to_owned();
        push(&mut pairs, (name, read(part, &mut left).await.ok()?)).ok()?;
    }
    Some(pairs)
}

/// What a file is called; blank for one that was not chosen, `None` for what is no file.
fn file_name(part: &Field) -> Option<String> {
    part.content_disposition().and_then(|it| it.get_filename()).map(str::to_owned)
}

fn push(pairs: &mut Vec<(String, String)>, pair: (String, String)) -> Result<()> {
    if pairs.len() > FIELDS {
        return Err(AppError::TooLarge(format!("The form has more than {FIELDS} fields, which is more than this page takes.")));
    }
    pairs.push(pair);
    Ok(())
}

async fn next<T>(piece: impl Future<Output = Option<Result<T, impl std::fmt::Display>>>) -> Result<Option<T>> {
    let late = |_| AppError::BadRequest("The upload broke off: nothing arrived for half a minute. Nothing was changed.".into());
    let piece = tokio::time::timeout(PATIENCE, piece).await.map_err(late)?;
    piece.transpose().map_err(|error| AppError::BadRequest(format!("The upload broke off ({error}). Nothing was changed.")))
}

/// The name of a file, without what nobody should see on a page.
fn text(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or_default().chars().filter(|letter| !letter.is_control()).take(200).collect()
}

async fn read(mut part: Field, left: &mut usize) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(piece) = next(part.next()).await? {
        *left = left.checked_sub(piece.len()).ok_or_else(|| {
            AppError::TooLarge(
                "That is more than 8 MB of text, which is more than this box takes. Save it as a file and upload that.".into(),
            )
        })?;
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes)
        .map_err(|_| AppError::BadRequest("The form holds characters that cannot be read: it must be sent as UTF-8.".into()))
}

async fn keep(mut part: Field, limit: u64) -> Result<File> {
    let (mut file, mut size) = (tempfile::tempfile()?, 0);
    while let Some(piece) = next(part.next()).await? {
        size += piece.len() as u64;
        if size > limit {
            let limit = limit / 1_000_000;
            return Err(AppError::TooLarge(format!(
                "The file is larger than {limit} MB, which is the most that UPLOAD_LIMIT allows here."
            )));
        }
        file.write_all(&piece)?;
    }
    file.rewind()?;
    Ok(file)
}
