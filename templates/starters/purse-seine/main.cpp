// Purse seine: casts the best rectangle whose sides lie on a coarse grid.
#include <cstdio>
#include <vector>

const int GRID = 5;        // columns and rows that the sea is divided into
const int MARGIN = 9000;   // water at each side that is left out
const int SIZE = 100000;

int line(int i) { return MARGIN + (long long)(SIZE - 2 * MARGIN) * i / GRID; }

int main() {
  int n;
  if (scanf("%d", &n) != 1) return 1;
  // value[i][j]: mackerel less sardines in the cell of column i and row j
  std::vector<std::vector<int>> value(GRID, std::vector<int>(GRID, 0));
  for (int k = 0; k < 2 * n; k++) {
    int x, y;
    if (scanf("%d %d", &x, &y) != 2) return 1;
    if (x < MARGIN || y < MARGIN || x >= SIZE - MARGIN || y >= SIZE - MARGIN) continue;
    int i = 0, j = 0;
    while (line(i + 1) <= x) i++;
    while (line(j + 1) <= y) j++;
    value[i][j] += k < n ? 1 : -1;
  }
  int best = -1, left = 0, right = 1, low = 0, high = 1;
  for (int i = 0; i < GRID; i++) {
    std::vector<int> sum(GRID, 0);
    for (int u = i; u < GRID; u++) {
      for (int j = 0; j < GRID; j++) sum[j] += value[u][j];
      for (int j = 0; j < GRID; j++) {
        int total = 0;
        for (int v = j; v < GRID; v++) {
          total += sum[v];
          if (total > best) best = total, left = i, right = u + 1, low = j, high = v + 1;
        }
      }
    }
  }
  int x1 = line(left), x2 = line(right) - 1, y1 = line(low), y2 = line(high) - 1;
  printf("4\n%d %d\n%d %d\n%d %d\n%d %d\n", x1, y1, x2, y1, x2, y2, x1, y2);
}
