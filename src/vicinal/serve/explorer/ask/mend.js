// Putting a known name in the place of one that a space does not have.

// terms: [{name, …}] → the same with the first unknown name replaced
export async function mend(source, space, terms, right) {
  const rows = await source.rows(space, terms.map(({ name }) => name));
  const wrong = rows.findIndex((row) => row < 0);
  return terms.map((term, i) => (i === wrong ? { ...term, name: right } : term));
}

export async function mendNames(source, space, names, right) {
  return (await mend(source, space, names.map((name) => ({ name })), right)).map(({ name }) => name);
}
