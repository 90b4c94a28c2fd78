// The package has no types of its own.

declare module 'bencode' {
  const bencode: {
    /** Encodes strings, integers, lists and dictionaries; keys are sorted. */
    encode(value: unknown): Uint8Array;
    readonly decode: {
      /** Decodes the first value in the data; strings remain bytes. */
      (data: Uint8Array): unknown;
      /** The end of the last decoded value; past the end of the data if the value was cut off. */
      readonly position: number;
    };
  };
  export = bencode;
}
