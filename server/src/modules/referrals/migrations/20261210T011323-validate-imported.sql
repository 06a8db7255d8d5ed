set role liaison_owner;

alter table referral validate constraint referral_method, validate constraint referral_lock_reason, validate constraint referral_imported;

reset role;
