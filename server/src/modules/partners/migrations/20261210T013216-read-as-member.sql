set role liaison_owner;

-- As for members: whoever has left a partner, or whose partner is stopped, reads no more of its entry, which holds its contact and why it was stopped.
create policy members_read on partner as restrictive for select to liaison_program using (id = (select access.own_partner()));

reset role;
