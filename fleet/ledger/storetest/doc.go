// Package storetest has the tests that every ledger.Store passes, and a Store that fails as told.
package storetest
