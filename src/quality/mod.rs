//! stub
use crate::cluster::Clustering; use crate::jobs::{Cancel,Cancelled}; use crate::matrix::Matrix;
pub mod silhouette { #[derive(Clone,Copy,Debug,PartialEq,Eq,Default)] pub enum Mode {#[default] Auto, Exact} #[derive(Clone,Debug)] pub struct Silhouette{pub value:f64,pub se:f64,pub of:usize,pub exact:bool,pub per_cluster:Vec<Option<f64>>} }
pub mod verdict { #[derive(Clone,Debug)] pub struct Criterion{pub name:&'static str,pub k:Option<usize>,pub why:String} #[derive(Clone,Debug)] pub struct Verdict{pub k:Option<usize>,pub text:String,pub criteria:Vec<Criterion>} pub fn verdict(_:&[super::KQuality])->Verdict{Verdict{k:None,text:"stub".into(),criteria:vec![]}} }
#[derive(Clone,Debug)] pub struct KQuality{pub k:usize,pub wcss_share:f64,pub silhouette:Option<silhouette::Silhouette>,pub calinski_harabasz:Option<f64>,pub davies_bouldin:Option<f64>,pub smallest:u64}
pub fn assess(_m:&Matrix,c:&[&Clustering],_mode:silhouette::Mode,_s:u64,_c:&Cancel,_p:&mut dyn FnMut(f32))->Result<Vec<KQuality>,Cancelled>{Ok(c.iter().map(|c|KQuality{k:c.k,wcss_share:0.0,silhouette:None,calinski_harabasz:None,davies_bouldin:None,smallest:0}).collect())}
