-- From when a referral earns nothing is read with the facts of its earning; which referral lives, only functions with more rights than a login ask.
set role liaison_authz;

drop function access.referral_blocked_from(uuid);
revoke execute on function access.live_referral(uuid) from liaison_ingest, liaison_job, liaison_platform;

reset role;
