set role liaison_authz;

-- Mails the owners of the partner who have not approved a check yet, when the reviewer of this transaction approved it and a second one
-- is still asked for. Answers how many were mailed.
create function access.mail_second_reviewers(of_case uuid, subject text, body text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  mailed integer;
begin
  if (session_user <> 'liaison_program') then
    raise exception 'this login mails no reviewers' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', h.email, 'subject', mail_second_reviewers.subject, 'text', mail_second_reviewers.body)
  from public.kyc_case c
  join public.kyc_review own on own.case_id = c.id and own.attempt = c.attempt and own.decision = 'approve' and own.reviewer_id = access.context_id('actor_id')
  join public.partner_member m on m.partner_id = c.partner_id and m.role = 'PARTNER_OWNER' and m.status = 'active'
  join public.person h on h.id = m.person_id and h.status = 'active'
  where c.id = of_case and c.state = 'in_review' and c.partner_id = access.own_partner()
    and not exists (
      select from public.kyc_review r where r.case_id = c.id and r.attempt = c.attempt and r.decision = 'approve' and r.reviewer_id = h.id);
  get diagnostics mailed = row_count;
  return mailed;
end
$$;
grant execute on function access.mail_second_reviewers(uuid, text, text) to liaison_program;

reset role;
