//! A picture of the window, where something is there that can draw one: no stored pictures, only what must hold of any.

use super::driver::{Driver, orders};
use brewhouse::theme;
use egui_kittest::wgpu::WgpuTestRenderer;
use image::Rgba;
use std::collections::HashSet;

#[test]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "points to pixels")]
fn the_window_draws_a_picture() {
    let Ok(renderer) = std::panic::catch_unwind(WgpuTestRenderer::new) else {
        #[allow(clippy::print_stdout, reason = "a test that skips says so")]
        {
            println!("skipped: nothing is there that could draw a picture");
        }
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut driver = Driver::drawn(folder.path(), vec![orders(folder.path())], Some(renderer));
    driver.wait("the orders are read", |model| model.source().is_some_and(|source| source.complete));
    driver.settle();
    let picture = driver.harness.render().unwrap();
    let path = folder.path().join("window.png");
    picture.save(&path).unwrap();
    assert!(std::fs::metadata(&path).unwrap().len() > 10_000);
    assert_eq!(picture.dimensions(), (1440, 900));
    let colours: HashSet<Rgba<u8>> = picture.pixels().copied().collect();
    assert!(colours.len() > 20, "{} colours", colours.len());

    let surface = theme::in_force(&driver.harness.ctx).surface;
    let surface = Rgba([surface.r(), surface.g(), surface.b(), surface.a()]);
    // The bar at the top and the heads of the columns lie on the surface.
    let head = driver.head("order_id, ").unwrap();
    for rect in [eframe::egui::Rect::from_min_max(eframe::egui::pos2(0.0, 0.0), eframe::egui::pos2(1440.0, 40.0)), head]
    {
        let (left, top) = (rect.left() as u32, rect.top() as u32);
        let (width, height) = (rect.width() as u32, rect.height() as u32);
        let part = image::imageops::crop_imm(&picture, left, top, width, height).to_image();
        let same = part.pixels().filter(|pixel| **pixel == surface).count();
        assert!(
            same * 2 > part.pixels().count(),
            "{same} of {} pixels at {rect:?} are the surface",
            part.pixels().count()
        );
    }
}
