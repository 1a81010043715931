// Box stacks: carries the boxes out in order; whatever stands on the next one is moved to other stacks, a pile at a time.
#include <algorithm>
#include <cstdio>
#include <vector>

const double HEIGHT = 1.0;  // how much each box of a stack speaks against moving boxes onto it
const double EARLY = 0.01;  // how much the number of its smallest box speaks for it: it is wanted later
const double BURY = 0.01;   // how much it speaks against it that a moved box is larger than its smallest, for each number between
const int PILE = 5;         // boxes that are moved at a time at most
const int STEP = 200;       // a box larger than the one below it by more than this is not moved together with it

std::vector<std::vector<int>> stacks;

// The stack other than `home` that suits boxes best of which `first` is the smallest.
int target(int home, int first) {
  int best = -1;
  double least = 0;
  for (int s = 0; s < (int)stacks.size(); s++) {
    if (s == home) continue;
    int next = 201;
    for (int box : stacks[s]) next = std::min(next, box);
    double cost = HEIGHT * stacks[s].size() - EARLY * next;
    if (next < first) cost += BURY * (first - next);
    if (best < 0 || cost < least) best = s, least = cost;
  }
  return best;
}

int main() {
  int boxes, count;
  if (scanf("%d %d", &boxes, &count) != 2) return 1;
  stacks.resize(count);
  for (auto& stack : stacks) {
    stack.resize(boxes / count);
    for (int& box : stack)
      if (scanf("%d", &box) != 1) return 1;
  }
  for (int wanted = 1; wanted <= boxes; wanted++) {
    int home = 0, at = 0;
    for (int s = 0; s < count; s++)
      for (int i = 0; i < (int)stacks[s].size(); i++)
        if (stacks[s][i] == wanted) home = s, at = i;
    std::vector<int>& above = stacks[home];
    while ((int)above.size() > at + 1) {
      int from = above.size() - 1;
      while (from > at + 1 && (int)above.size() - from < PILE && above[from] - above[from - 1] <= STEP) from--;
      int first = *std::min_element(above.begin() + from, above.end());
      int to = target(home, first);
      printf("%d %d\n", above[from], to + 1);
      stacks[to].insert(stacks[to].end(), above.begin() + from, above.end());
      above.resize(from);
    }
    printf("%d 0\n", wanted);
    above.pop_back();
  }
}
