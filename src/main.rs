//! The program: parse the arguments, do what they say, turn the answer into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    elicence::cli::main()
}
