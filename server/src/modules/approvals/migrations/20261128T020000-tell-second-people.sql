set role liaison_authz;

-- Mails the admins of the provider who may answer a request, when somebody just asked: never whoever asked, and nobody on behalf of
-- another. Answers how many were mailed.
create function access.mail_second_people(of_request uuid, subject text, body text) returns integer
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
  select 'mail', jsonb_build_object('to', h.email, 'subject', mail_second_people.subject, 'text', mail_second_people.body)
  from public.second_person_request r
  join public.platform_staff s on s.role = 'SUPER_ADMIN' and s.status = 'active' and s.person_id <> r.asked_by
  join public.person h on h.id = s.person_id and h.status = 'active'
  where r.id = of_request and r.state = 'waiting' and r.asked_by = access.context_id('actor_id');
  get diagnostics mailed = row_count;
  return mailed;
end
$$;
grant execute on function access.mail_second_people(uuid, text, text) to liaison_platform;

reset role;
