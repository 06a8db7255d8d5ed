set role liaison_owner;

-- Two people approve an identity who are both owners when it is verified.
create or replace function private.check_kyc_decision(c_old public.kyc_case, c_new public.kyc_case)
  returns void
  language plpgsql
  set search_path = pg_catalog, public, pg_temp
  as $$
declare
  actor uuid := access.context_id('actor_id');
  needed text := case c_new.state when 'verified' then 'approve' when 'rejected' then 'reject' when 'resubmit' then 'resubmit' when 'revoked' then 'revoke' end;
  approvals integer;
begin
  if c_new.state <> 'revoked' and c_old.provider <> 'manual' then
    raise exception 'the vendor decides this check' using errcode = 'check_violation', constraint = 'identity_check_vendor';
  end if;
  if c_new.state = 'in_review' then
    if c_new.taken_by is distinct from actor then
      raise exception 'a review begins in the own name' using errcode = 'check_violation', constraint = 'identity_check_actor';
    end if;
    return;
  end if;
  if not exists (select from kyc_review r where r.case_id = c_new.id and r.attempt = c_old.attempt and r.decision = needed and r.reviewer_id = actor) then
    raise exception 'a decision is written down first' using errcode = 'check_violation', constraint = 'identity_check_actor';
  end if;
  if c_new.state = 'verified' then
    select count(distinct r.reviewer_id) into approvals from kyc_review r where r.case_id = c_new.id and r.attempt = c_old.attempt and r.decision = 'approve'
      and access.hold_in_charge('partner', c_new.partner_id, r.reviewer_id);
    if approvals < 2 and (access.identity_check_rules(c_new.partner_id) ->> 'four_eyes')::boolean then
      raise exception 'two people approve an identity' using errcode = 'check_violation', constraint = 'identity_check_four_eyes';
    end if;
  end if;
end
$$;

reset role;
