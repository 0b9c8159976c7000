"""Pure pictures of a State: rows, trees and sentences, without a terminal."""
