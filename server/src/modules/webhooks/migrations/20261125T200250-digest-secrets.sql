set role liaison_owner;

alter table webhook_secret add column digest bytea check (octet_length(digest) = 32);
comment on column webhook_secret.digest is 'HMAC-SHA-256 of the secret as it was shown, so that a report of a leak can be compared without opening any secret; null for secrets older than this.';
create index on webhook_secret (digest);
grant insert (digest) on webhook_secret to liaison_program, liaison_tenant;

alter table webhook_endpoint drop constraint webhook_endpoint_disabled_reason_check;
alter table webhook_endpoint add constraint webhook_endpoint_disabled_reason_check check (disabled_reason in ('by_owner', 'gone', 'failing', 'leaked'));
comment on column webhook_endpoint.disabled_reason is 'gone: it answered 410. failing: nothing was delivered for five days. leaked: its secret was found in public. by_owner: a person stopped it.';

reset role;
