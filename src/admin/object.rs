//! The object that a URL names: the argument that makes a page one about it.
//!
//! Taken by the handlers of pages that a screen has beside its form (`accounts::admin::tools`, `segments::tools`). What the
//! actor does not see is answered here like what does not exist, so no handler can forget to; what goes between this and its
//! own transaction is told by a plain 404.

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::web::{Data, Path};
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;

use super::model_admin::ModelAdmin;
use super::task::find;
use super::views::unknown;
use crate::accounts::Staff;
use crate::db::{Db, Id};
use crate::error::AppError;

/// The object, as its list reads it.
pub struct Object<A: ModelAdmin>(pub A::Row);

impl<A: ModelAdmin> FromRequest for Object<A> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let (staff, key) = (Staff::extract(&request).await?, Path::<String>::extract(&request).await?);
            let db = request.app_data::<Data<Db>>().ok_or_else(|| AppError::internal("no database in the app"))?;
            let actor = staff.actor.clone();
            let found = match Id::parse(&key) {
                Some(id) => db.read(move |connection| find::<A>(connection, &actor, id)).await?,
                None => None,
            };
            found.map(Self).ok_or_else(|| match unknown::<A>(&staff, &key) {
                Ok(answer) => InternalError::from_response("no such object", answer).into(),
                Err(error) => error.into(),
            })
        })
    }
}
