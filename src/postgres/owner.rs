//! Whose server it is: PostgreSQL refuses to run as root, so root hands it to somebody else.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{User, geteuid};

use super::error::StartError;

/// In order of preference, when root has to choose.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

pub(super) struct Owner {
    uid: u32,
    name: String,
    /// The group to take on as well when this program has to become somebody else.
    become_group: Option<u32>,
}

impl Owner {
    /// An existing cluster is run by whoever owns it: PostgreSQL accepts nobody else.
    pub fn of(cluster: &Path) -> Result<Owner, StartError> {
        let Ok(meta) = fs::metadata(cluster) else {
            return Owner::newcomer();
        };
        let (me, folder) = (geteuid(), cluster.to_path_buf());
        match meta.uid() {
            0 => Err(StartError::OwnedByRoot { folder }),
            uid if me.is_root() => Ok(Owner { uid, name: name_of(uid), become_group: Some(meta.gid()) }),
            uid if uid == me.as_raw() => Ok(Owner::myself()),
            uid => Err(StartError::OwnedByAnother { folder, uid }),
        }
    }

    /// Who shall own a cluster that is yet to be made.
    pub fn newcomer() -> Result<Owner, StartError> {
        if !geteuid().is_root() {
            return Ok(Owner::myself());
        }
        let known = UNPRIVILEGED.iter().find_map(|name| User::from_name(name).ok().flatten());
        let user = known.ok_or(StartError::NobodyToRunIt)?;
        Ok(Owner { uid: user.uid.as_raw(), name: user.name, become_group: Some(user.gid.as_raw()) })
    }

    fn myself() -> Owner {
        let uid = geteuid().as_raw();
        Owner { uid, name: name_of(uid), become_group: None }
    }

    pub fn uid(&self) -> u32 {
        self.uid
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether this program gives up root for the server's sake.
    pub fn is_another(&self) -> bool {
        self.become_group.is_some()
    }

    /// A command run as the owner. It starts in `/`, since the owner may be unable to enter the
    /// folder this program was started in, and speaks English, since its messages are read.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").env("LC_ALL", "C").stdin(Stdio::null());
        self.run_as(&mut command);
        command
    }

    /// Asks the system itself: mode bits alone do not tell of access lists or read-only mounts.
    pub fn reaches(&self, folder: &OsStr) -> bool {
        let mut probe = Command::new("/bin/sh");
        probe.args(["-c", "cd -- \"$1\"", "sh"]).arg(folder);
        self.run_as(&mut probe);
        probe.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }

    fn run_as(&self, command: &mut Command) {
        if let Some(gid) = self.become_group {
            command.uid(self.uid).gid(gid);
        }
    }

    /// Makes a folder that nobody else may enter. In a shared place such as /tmp somebody may have
    /// put a folder or a link of that name there first: that is refused.
    pub fn private_dir(&self, path: &Path) -> io::Result<()> {
        match DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let meta = fs::symlink_metadata(path)?;
        let made_by_us = meta.uid() == self.uid || meta.uid() == geteuid().as_raw();
        if !meta.is_dir() || !made_by_us {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it belongs to somebody else"));
        }
        fs::set_permissions(path, Permissions::from_mode(0o700))?;
        match self.become_group {
            Some(gid) => lchown(path, Some(self.uid), Some(gid)),
            None => Ok(()),
        }
    }
}

fn name_of(uid: u32) -> String {
    match User::from_uid(uid.into()) {
        Ok(Some(user)) => user.name,
        _ => format!("with uid {uid}"),
    }
}
