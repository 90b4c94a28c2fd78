/** Reads an iterable to its end and returns the wanted items. */
export async function collect<Item>(
  items: AsyncIterable<Item>,
  wanted: (item: Item) => boolean = () => true,
): Promise<readonly Item[]> {
  const found: Item[] = [];
  for await (const item of items) if (wanted(item)) found.push(item);
  return found;
}
