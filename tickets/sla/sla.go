// Package sla says when an answer is due and why, given a ticket's committed events, a working-time calendar and a version
// of a policy. It has no clock and no database: the same history gives the same answer, today and in ten years.
//
// Calendar and Hours know when a company is open. Target is one promise ("first reply within 4 h of 8*5"), Policy a set of
// them for some customers. Clocks reads a ticket's events and gives a Clock for each promise, which can explain itself.
//
// All stretches of time are half-open: a span 09:00-12:00 contains 09:00 and does not contain 12:00. Zones appear only where a
// day or a time of day is meant; instants may be given in any zone and come back in the zone they were given in.
package sla
