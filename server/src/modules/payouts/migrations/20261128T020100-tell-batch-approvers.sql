set role liaison_authz;

-- Mails the admins of the provider who may approve a batch, when somebody just submitted it: not whoever built or submitted it, and no
-- member of a partner in it. Answers how many were mailed.
create function access.mail_batch_approvers(of_batch uuid, subject text, body text) returns integer
  language plpgsql volatile security definer
  set search_path = pg_catalog
  as $$
declare
  mailed integer;
begin
  if not coalesce(session_user = 'liaison_platform' and access.context_plane() = 'platform', false) then
    raise exception 'this login mails no admins' using errcode = 'insufficient_privilege';
  end if;
  insert into public.outbox (topic, payload)
  select 'mail', jsonb_build_object('to', h.email, 'subject', mail_batch_approvers.subject, 'text', mail_batch_approvers.body)
  from public.payout_batch b
  join public.platform_staff s on s.role = 'SUPER_ADMIN' and s.status = 'active' and s.person_id not in (b.created_by, b.submitted_by)
  join public.person h on h.id = s.person_id and h.status = 'active'
  where b.id = of_batch and b.state = 'submitted' and b.submitted_by = access.context_id('actor_id')
    and not exists (
      select from public.payout_item i join public.partner_member m on m.partner_id = i.partner_id and m.status = 'active'
      where i.batch_id = b.id and m.person_id = h.id);
  get diagnostics mailed = row_count;
  return mailed;
end
$$;
grant execute on function access.mail_batch_approvers(uuid, text, text) to liaison_platform;

reset role;
