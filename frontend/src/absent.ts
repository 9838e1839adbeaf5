// Stands for libraries that the viewer names and this page never calls.
export default {};
const absent = (): never => {
  throw new Error("Zarr is not part of this page.");
};
export { absent as FetchStore, absent as Zstd, absent as Blosc, absent as LZ4, absent as open, absent as get, absent as root, absent as tryWithConsolidated };
