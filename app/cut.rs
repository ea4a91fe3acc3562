//! Files that are cut while they are mapped into memory, as readers have them.
//!
//! The system ends a process that reads such a file beyond its new end (SIGBUS), without a word and without tidying up. Here zeros are
//! read there instead, so that the read comes to its end and the run says that its input has changed, which every run looks for.

use std::sync::atomic::{AtomicUsize, Ordering};

static PAGE: AtomicUsize = AtomicUsize::new(0);

/// From now on zeros are read where a mapped file has been cut off.
#[allow(unsafe_code, reason = "a signal is handled by whom the system asks to")]
pub(crate) fn survive() {
    // SAFETY: asks for a number.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    PAGE.store(usize::try_from(page).unwrap_or(4096), Ordering::Relaxed);
    let handle: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) = handle;
    // SAFETY: all fields of the structure may be zero, those that matter are set, and the handler has the form that SA_SIGINFO wants.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handle as libc::sighandler_t;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigemptyset(&raw mut action.sa_mask);
        libc::sigaction(libc::SIGBUS, &raw const action, std::ptr::null_mut());
    }
}

/// Puts a page of zeros where a read found no page of its file; anything else goes its way, which ends the process.
#[allow(unsafe_code, reason = "the page that could not be read is replaced")]
extern "C" fn handle(signal: libc::c_int, about: *mut libc::siginfo_t, _: *mut libc::c_void) {
    let page = PAGE.load(Ordering::Relaxed);
    // SAFETY: the system hands over what the signal is about. The page belongs to the mapping in which the read failed, had nothing to
    // read, and stays within that mapping, with which it goes. Mapping, unlike allocating, is allowed here.
    unsafe {
        if (*about).si_code == libc::BUS_ADRERR {
            let begin = (*about).si_addr().map_addr(|address| address & !(page - 1));
            let flags = libc::MAP_FIXED | libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            if libc::mmap(begin, page, libc::PROT_READ, flags, -1, 0) != libc::MAP_FAILED {
                return;
            }
        }
        libc::signal(signal, libc::SIG_DFL);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    #[test]
    #[allow(unsafe_code, reason = "a file is mapped, as readers do")]
    fn beyond_the_new_end_of_a_mapped_file_zeros_are_read() {
        super::survive();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![7; 300_000]).unwrap();
        // SAFETY: nothing is assumed of what is read.
        let map = unsafe { memmap2::Mmap::map(&file).unwrap() };
        file.set_len(100_000).unwrap();
        let sum: u64 = map.iter().map(|byte| u64::from(*byte)).sum();
        assert_eq!(sum, 700_000);
    }
}
