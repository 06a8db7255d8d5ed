set role liaison_owner;

-- A crash empties what is not logged, and so does the failover to a replica, within a second: what was used right before it could be used again.
alter table oauth_replay set logged;
comment on table oauth_replay is 'Client assertions and proofs of possession that were used: an insert is the check. Logged, so that neither a crash nor a failover to a replica forgets it.';

reset role;
